import { readFile } from 'node:fs/promises';
import ts from 'typescript';

/** Module hook for threads that tests start from TypeScript sources: types are cut off, nothing else. */
export async function load(url, context, nextLoad) {
  if (!url.endsWith('.ts')) return nextLoad(url, context);
  const source = ts.transpileModule(await readFile(new URL(url), 'utf8'), {
    fileName: url,
    compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2023, verbatimModuleSyntax: true },
  }).outputText;
  return { format: 'module', shortCircuit: true, source };
}
