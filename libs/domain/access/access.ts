/**
 * Who acts on a ledger, and what they may do. A key stands for a subject and carries roles; a role is a set of
 * capabilities. The domain asks for capabilities alone, never for roles by name. (Not to be taken for the roles of
 * employees in the directory, which limits look at.)
 */

export const CAPABILITIES = [
  'acts:write',
  'acts:approve',
  'acts:read',
  'directory:write',
  'policies:write',
  'policies:approve',
  'policies:read',
  'adjustments:write',
  'facts:write',
  'signals:read',
  'signals:review',
  'reports:read',
  'books:write',
  'keys:write',
  'stories:write',
  'stories:publish',
] as const;
export type Capability = (typeof CAPABILITIES)[number];

/** What each role may do. `admin` may do everything that segregation of duties leaves to one person. */
export const ACCESS_ROLES = {
  till: ['acts:write', 'acts:read', 'stories:write'],
  crm: ['acts:write', 'acts:read', 'facts:write', 'stories:write'],
  approver: ['acts:approve', 'acts:read'],
  operations: [
    'acts:read',
    'policies:write',
    'policies:approve',
    'policies:read',
    'directory:write',
    'adjustments:write',
    'reports:read',
    'stories:write',
    'stories:publish',
  ],
  finance: ['acts:read', 'policies:read', 'adjustments:write', 'reports:read'],
  reviewer: ['acts:read', 'policies:read', 'reports:read', 'signals:read', 'signals:review'],
  admin: CAPABILITIES,
} as const satisfies Readonly<Record<string, readonly Capability[]>>;
export type AccessRole = keyof typeof ACCESS_ROLES;

export interface Actor {
  /** Named in every event: a till, a system, or a person; for an employee, their id in the directory. */
  readonly subject: string;
  readonly roles: readonly AccessRole[];
}

/** Whoever runs the service: holds the key that makes the others. */
export const ADMIN: Actor = { subject: 'admin', roles: ['admin'] };

const GIVEN: ReadonlyMap<string, ReadonlySet<Capability>> = new Map(
  Object.entries(ACCESS_ROLES).map(([role, capabilities]) => [role, new Set<Capability>(capabilities)]),
);

/** Asked for every act. A role that nobody knows gives nothing. */
export function may(roles: readonly AccessRole[], capability: Capability): boolean {
  for (const role of roles) if (GIVEN.get(role)?.has(capability) === true) return true;
  return false;
}
