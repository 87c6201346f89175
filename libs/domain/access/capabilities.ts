/** Which capability each command takes, and the refusal of whoever has it not. */
import type { Command, Refusal } from '../book/commands.ts';
import { ACCESS_ROLES, type AccessRole, type Capability, may } from './access.ts';

/** For every command, so that none is open by omission. */
const TAKES = {
  DefineBook: 'books:write',
  DefineLocation: 'directory:write',
  DefineEmployee: 'directory:write',
  DefineItem: 'directory:write',
  DefineCampaign: 'directory:write',
  DraftPolicy: 'policies:write',
  EditPolicy: 'policies:write',
  SubmitPolicy: 'policies:write',
  ApprovePolicy: 'policies:approve',
  RejectPolicy: 'policies:approve',
  RollBackPolicy: 'policies:write',
  ActivatePolicy: 'policies:write',
  DecideAct: 'acts:write',
  ReverseAct: 'acts:write',
  ApproveAct: 'acts:approve',
  RejectAct: 'acts:approve',
  CommitAct: 'acts:write',
  ReleaseAct: 'acts:write',
  MakeApprovalCode: 'acts:approve',
  AdjustBucket: 'adjustments:write',
  TransferBetweenBuckets: 'adjustments:write',
  RequestBacktest: 'policies:read',
  StartShadow: 'policies:write',
  StopShadow: 'policies:write',
  ReportIncident: 'facts:write',
  RecordOutcome: 'facts:write',
  ProposeStory: 'stories:write',
  ConsentToStory: 'stories:write',
  WithdrawStory: 'stories:write',
  PublishStory: 'stories:publish',
  RetellStory: 'stories:write',
  TakeUpStory: 'stories:write',
  GiveRecognition: 'stories:publish',
  ReviewSignal: 'signals:review',
  DrawLot: 'acts:write',
} as const satisfies Readonly<Record<Command['type'], Capability>>;

export function capabilityOf(command: Command): Capability {
  // Whoever made the code approves, and was asked when they made it; this one only types it in.
  if (command.type === 'ApproveAct' && command.code !== undefined) return 'acts:write';
  return TAKES[command.type];
}

/** Undefined: the actor may give the command. */
export function lacking(command: Command, actor: string, roles: readonly AccessRole[]): Refusal | undefined {
  const capability = capabilityOf(command);
  return may(roles, capability) ? undefined : notAllowed(actor, roles, capability);
}

/** @param capabilities any one of which would do */
export function notAllowed(
  actor: string,
  roles: readonly AccessRole[],
  ...capabilities: readonly Capability[]
): Refusal {
  const capability = capabilities.join(' or ');
  const having = (Object.keys(ACCESS_ROLES) as AccessRole[]).filter((role) =>
    capabilities.some((one) => may([role], one)),
  );
  return {
    code: 'not-allowed',
    detail: `This takes the capability ${capability}; the key of "${actor}" has the roles ${roles.join(', ')}, which do not give it.`,
    advice: `Use a key with one of the roles that give it: ${having.join(', ')}.`,
  };
}
