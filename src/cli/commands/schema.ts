import { Argument } from 'commander';
import { type AddCommand, print } from '../command.ts';
import { EXIT } from '../exit.ts';

export const addSchema: AddCommand = ({ program, context, action }) => {
  program
    .command('schema')
    .description('Print the JSON Schema of a ClusterSpec, of the status files, or of what doctor -o json says.')
    .addArgument(
      new Argument('[which]', 'which schema')
        .choices(['spec', 'status', 'index', 'source', 'controller', 'doctor'])
        .default('spec'),
    )
    .action(
      action(async (which: string) => {
        print(context, JSON.stringify(await schemaOf(which), null, 2));
        return EXIT.asWanted;
      }),
    );
};

async function schemaOf(which: string): Promise<unknown> {
  if (which === 'spec') {
    const { clusterSpecJsonSchema } = await import('../../model/cluster-spec/json-schema.ts');
    return clusterSpecJsonSchema();
  }
  const [{ z }, status, { doctorReportSchema }] = await Promise.all([
    import('zod'),
    import('../../model/status.ts'),
    import('../../model/finding.ts'),
  ]);
  const schemas = {
    status: status.statusFileSchema,
    index: status.indexFileSchema,
    source: status.sourceFileSchema,
    controller: status.controllerFileSchema,
    doctor: doctorReportSchema,
  };
  return z.toJSONSchema(schemas[which as keyof typeof schemas], { target: 'draft-7' });
}
