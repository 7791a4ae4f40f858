import { Command, CommanderError } from 'commander';
import type { AddCommand, Face } from './command.ts';
import { addAbort } from './commands/abort.ts';
import { addAgent } from './commands/agent.ts';
import { addBackup } from './commands/backup.ts';
import { addConfirm } from './commands/confirm.ts';
import { addConnect } from './commands/connect.ts';
import { addCreate } from './commands/create.ts';
import { addDocker } from './commands/docker.ts';
import { addDoctor } from './commands/doctor.ts';
import { addEvents } from './commands/events.ts';
import { addExplain } from './commands/explain.ts';
import { addLs } from './commands/ls.ts';
import { addPause } from './commands/pause.ts';
import { addPlan } from './commands/plan.ts';
import { addRebalance } from './commands/rebalance.ts';
import { addRecover } from './commands/recover.ts';
import { addResume } from './commands/resume.ts';
import { addRetry } from './commands/retry.ts';
import { addRm } from './commands/rm.ts';
import { addRollout } from './commands/rollout.ts';
import { addRun } from './commands/run.ts';
import { addScale } from './commands/scale.ts';
import { addSchema } from './commands/schema.ts';
import { addSimulate } from './commands/simulate.ts';
import { addStatus } from './commands/status.ts';
import { addUp } from './commands/up.ts';
import { addUpdate } from './commands/update.ts';
import { addValidate } from './commands/validate.ts';
import { addWait } from './commands/wait.ts';
import type { CliContext } from './context.ts';
import { EXIT, EXIT_CODES_TEXT, Refusal } from './exit.ts';
import { printable } from './render/printable.ts';

const COMMANDS: readonly AddCommand[] = [
  addRun,
  addValidate,
  addSchema,
  addPlan,
  addSimulate,
  addStatus,
  addExplain,
  addEvents,
  addWait,
  addLs,
  addCreate,
  addUp,
  addScale,
  addUpdate,
  addRm,
  addConfirm,
  addPause,
  addResume,
  addRetry,
  addAbort,
  addRollout,
  addRebalance,
  addDocker,
  addConnect,
  addDoctor,
  addBackup,
  addRecover,
  addAgent,
];

/**
 * One command line. Answers the exit code and ends nothing itself. Rejects only when this program is wrong.
 * @param argv what follows the program's name
 */
export async function runCli(argv: readonly string[], context: CliContext): Promise<number> {
  let exitCode: number = EXIT.asWanted;
  const program = createProgram(context);
  const face: Face = {
    program,
    context,
    action:
      (run) =>
      async (...args) => {
        exitCode = await run(...args);
      },
  };
  for (const add of COMMANDS) add(face);
  for (const command of program.commands) command.addHelpText('after', `\n${EXIT_CODES_TEXT}`);
  if (argv.length === 0) {
    context.stderr.write(program.helpInformation());
    return EXIT.badInput;
  }
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return exitCode;
  } catch (error) {
    return exitCodeOf(error, context);
  }
}

function createProgram({ stdout, stderr, version }: CliContext): Command {
  const program = new Command('skep')
    .description('Keeps Docker Swarm clusters as their files declare.')
    .version(version)
    .exitOverride()
    .showHelpAfterError('(skep COMMAND --help says what is allowed)')
    .addHelpText('after', `\n${EXIT_CODES_TEXT}`);
  return program.configureOutput({
    writeOut: (text) => stdout.write(text),
    writeErr: (text) => stderr.write(text),
    getOutHelpWidth: () => stdout.columns() ?? 80,
    getErrHelpWidth: () => stderr.columns() ?? 80,
    getOutHasColors: () => false,
    getErrHasColors: () => false,
  });
}

function exitCodeOf(error: unknown, { stderr, signal }: CliContext): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.asWanted : EXIT.badInput;
  if (error instanceof Refusal) {
    for (const line of error.message.split('\n')) stderr.write(`${printable(line)}\n`);
    return error.exitCode;
  }
  if (signal.aborted) return EXIT.trouble;
  const system = error as NodeJS.ErrnoException;
  if (typeof system.code === 'string' && system.syscall !== undefined) {
    stderr.write(`${printable(system.message)}\n`);
    return EXIT.trouble;
  }
  throw error;
}
