import { Argument } from 'commander';
import type { StatusFileKind } from '../../model/status-schema.ts';
import { type AddCommand, print } from '../command.ts';
import { EXIT } from '../exit.ts';

export const addSchema: AddCommand = ({ program, context, action }) => {
  program
    .command('schema')
    .description(
      'Print the JSON Schema of a ClusterSpec, of the status files, or of what plan, simulate or doctor -o json say.',
    )
    .addArgument(
      new Argument('[which]', 'which schema')
        .choices(['spec', 'status', 'index', 'source', 'controller', 'plan', 'simulate', 'doctor'])
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
  if (which === 'plan') {
    const [{ z }, { planListSchema }] = await Promise.all([import('zod'), import('../../model/plan-list.ts')]);
    return z.toJSONSchema(planListSchema, { target: 'draft-7' });
  }
  if (which === 'simulate') {
    const [{ z }, { simulationReportSchema }] = await Promise.all([
      import('zod'),
      import('../../model/simulation-report.ts'),
    ]);
    return z.toJSONSchema(simulationReportSchema, { target: 'draft-7' });
  }
  if (which === 'doctor') {
    const [{ z }, { doctorReportSchema }] = await Promise.all([import('zod'), import('../../model/finding.ts')]);
    return z.toJSONSchema(doctorReportSchema, { target: 'draft-7' });
  }
  const { statusJsonSchema } = await import('../../model/status-schema.ts');
  return statusJsonSchema(which as StatusFileKind);
}
