import pico from 'picocolors';
import pino from 'pino';
import type { Clock } from '../../base/clock.ts';
import { describeEvent, EVENTS, type EventSink, type Level } from '../../base/events.ts';

export interface LogSinkOptions {
  readonly level: Level;
  readonly format: 'json' | 'pretty';
  readonly clock: Clock;
  /** Where a line goes; with its newline. */
  readonly write: (line: string) => void;
  /** For `pretty`. */
  readonly color: boolean;
}

const ORDER: readonly Level[] = ['debug', 'info', 'warn', 'error'];

/** Events as pino's JSON lines (`time`, `level`, `code`, `text`, then the facts), or as lines for people. */
export function createLogSink(options: LogSinkOptions): EventSink {
  return options.format === 'json' ? jsonSink(options) : prettySink(options);
}

function jsonSink({ level, clock, write }: LogSinkOptions): EventSink {
  const logger = pino(
    {
      level,
      base: null,
      messageKey: 'text',
      timestamp: () => `,"time":"${new Date(clock.now()).toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write },
  );
  return { emit: (code, data = {}) => logger[EVENTS[code].level]({ code, ...data }, describeEvent(code, data)) };
}

function prettySink({ level, clock, write, color }: LogSinkOptions): EventSink {
  const paint = pico.createColors(color);
  const mark: Record<Level, string> = {
    debug: paint.dim('debug'),
    info: paint.cyan('info '),
    warn: paint.yellow('warn '),
    error: paint.red('error'),
  };
  return {
    emit(code, data = {}) {
      const of = EVENTS[code].level;
      if (ORDER.indexOf(of) < ORDER.indexOf(level)) return;
      const time = new Date(clock.now()).toISOString().slice(11, 19);
      const cluster = data.cluster ? `${paint.bold(data.cluster)} ` : '';
      write(`${paint.dim(time)} ${mark[of]} ${cluster}${describeEvent(code, data)} ${paint.dim(code)}\n`);
    },
  };
}
