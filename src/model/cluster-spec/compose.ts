import { Composer, type CST, type Document, Lexer, LineCounter, Parser } from 'yaml';

/**
 * Deepest nesting of a file, counting every mapping and list. The schema needs 8. It is held before the library composes:
 * its composer recurses, and V8 aborts the whole process (also from a worker thread) when a regular expression is
 * compiled on an exhausted stack.
 */
export const MAX_DEPTH = 50;

export interface Composed {
  readonly documents: readonly Document.Parsed[];
  readonly lines: LineCounter;
  /** Offset at which the file got too deep; then there are no documents. */
  readonly tooDeepAt: number | null;
}

/**
 * YAML 1.2 core, all documents of a text. `uniqueKeys` is off since it is quadratic in the library; duplicates are found
 * by `locate`.
 */
export function compose(text: string): Composed {
  const lines = new LineCounter();
  const parser = new Parser(lines.addNewLine);
  const tokens: CST.Token[] = [];
  lines.addNewLine(0); // `Parser.parse` does this; going lexeme by lexeme we do it
  for (const lexeme of new Lexer().lex(text)) {
    tokens.push(...parser.next(lexeme));
    if (parser.stack.length > MAX_DEPTH + 1) return { documents: [], lines, tooDeepAt: parser.offset };
  }
  tokens.push(...parser.end());
  const composer = new Composer({
    version: '1.2',
    schema: 'core',
    merge: false,
    uniqueKeys: false,
    resolveKnownTags: false,
    prettyErrors: false,
    logLevel: 'error',
    lineCounter: lines,
  });
  return { documents: [...composer.compose(tokens)] as Document.Parsed[], lines, tooDeepAt: null };
}
