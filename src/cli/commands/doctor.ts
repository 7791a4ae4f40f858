import { type AddCommand, print, say } from '../command.ts';
import { EXIT } from '../exit.ts';
import { type PathFlags, pathsOf, withPaths } from '../files/paths.ts';
import { complaintLines, complaintsOf, readAsked } from '../files/spec-files.ts';
import { outputOption } from '../flags.ts';

interface Flags extends PathFlags {
  readonly output: 'text' | 'json';
}

export const addDoctor: AddCommand = ({ program, context, action }) => {
  const command = program
    .command('doctor')
    .description(
      'Say whether this host can carry local clusters, and how to mend what is wrong. Changes nothing: one node is run for a moment and removed.',
    )
    .argument('[file]', 'spec file or directory that is to be carried (default: what npm start would make)')
    .addOption(outputOption('text', 'json'));
  withPaths(command, 'specs', 'status', 'state').action(
    action(async (file: string | undefined, flags: Flags) => {
      const files = file === undefined ? null : await readAsked(file, context.cwd);
      const complaints = complaintLines(files?.flatMap(complaintsOf) ?? []);
      for (const line of complaints) say(context, line);
      if (complaints.length > 0) return EXIT.badInput;
      const specs = files?.flatMap(({ documents }) => documents.flatMap(({ spec }) => spec ?? [])) ?? null;
      const [{ examine }, { worstLevel }] = await Promise.all([
        import('../doctor/examine.ts'),
        import('../../model/finding.ts'),
      ]);
      const findings = await examine(specs, pathsOf(flags, context), context);
      const level = worstLevel(findings);
      if (flags.output === 'json') {
        const { printableJson } = await import('../render/printable.ts');
        print(context, printableJson({ apiVersion: 'skep/v1alpha1', kind: 'DoctorReport', level, findings }));
      } else {
        const [{ doctorText }, { paintFor, widthOf }] = await Promise.all([
          import('../render/doctor-text.ts'),
          import('../render/paint.ts'),
        ]);
        const { stdout, env } = context;
        print(context, doctorText(findings, widthOf(stdout, env), paintFor(stdout, env)));
      }
      return level === 'trouble' ? EXIT.trouble : EXIT.asWanted;
    }),
  );
};
