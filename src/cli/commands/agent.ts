import type { AddCommand } from '../command.ts';

interface Flags {
  readonly cluster: string;
  readonly table: string;
}

export const addAgent: AddCommand = ({ program, context, action }) => {
  program
    .command('agent')
    .description(
      'Run on a node: report to the table and do what is asked there. Learns who it is from instance metadata.',
    )
    .requiredOption('--cluster <name>', 'the cluster that this node is of')
    .requiredOption('--table <name>', 'the DynamoDB table that it shares with the controller')
    .action(action((flags: Flags) => context.runAgent({ cluster: flags.cluster, table: flags.table }, context.signal)));
};
