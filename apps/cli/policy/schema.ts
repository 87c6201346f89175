/** `goodwill policy schema`: the JSON Schema of policies, for editors. */
import { Command } from 'commander';
import { POLICY_SCHEMA } from '../../../libs/domain/policy/document-schema.ts';
import { printJson } from '../output.ts';

const HELP = `
Editors that know YAML complete and check a policy by it when its first line is
  # yaml-language-server: $schema=policy.schema.json

Example:
  goodwill policy schema > policy.schema.json`;

export function schemaCommand(): Command {
  return new Command('schema')
    .summary('print the JSON Schema of policies')
    .description('Print the JSON Schema (2020-12) of policy documents.')
    .addHelpText('after', HELP)
    .action(() => printJson(POLICY_SCHEMA));
}
