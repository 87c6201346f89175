/** `goodwill policy`: policies as files of a repository, from the first line written to the day they are in force. */
import { Command } from 'commander';
import { activateCommand } from './activate.ts';
import { backtestCommand } from './backtest.ts';
import { diffCommand } from './diff.ts';
import { schemaCommand } from './schema.ts';
import { submitCommand } from './submit.ts';
import { validateCommand } from './validate.ts';

const HELP = `
Examples:
  goodwill policy validate policies/                     every mistake, with its place and what to write instead
  goodwill policy diff draft.yaml --book london          what a draft changes of the version in force
  goodwill policy backtest draft.yaml --book london      what it would have done
  goodwill policy submit draft.yaml --book london        for approval by somebody else
  goodwill policy activate 4 --book london --from 2026-12-01

A guide with an example for continuous integration: docs/policies.md`;

export function policyCommand(): Command {
  const policy = new Command('policy')
    .summary('check, compare, try out and publish policies')
    .description('Policies as code: check, compare, try out, submit and activate them.')
    .addHelpText('after', HELP);
  const commands = [
    validateCommand(),
    diffCommand(),
    backtestCommand(),
    submitCommand(),
    activateCommand(),
    schemaCommand(),
  ];
  for (const command of commands) policy.addCommand(command.exitOverride());
  return policy;
}
