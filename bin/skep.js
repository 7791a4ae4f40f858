#!/usr/bin/env node
// The launcher: says clearly what is missing, then hands over to the built program.
import { existsSync } from 'node:fs';

const NEEDED = [20, 19];
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
const main = new URL('../dist/main.js', import.meta.url);

if (major < NEEDED[0] || (major === NEEDED[0] && minor < NEEDED[1])) {
  console.error(`skep needs Node ${NEEDED.join('.')} or later; this is ${process.versions.node}.`);
  process.exitCode = 1;
} else if (!existsSync(main)) {
  console.error('skep is not built yet: run npm run build');
  process.exitCode = 1;
} else {
  const program = await import(main.href);
  process.exitCode = await program.main(process.argv.slice(2));
}
