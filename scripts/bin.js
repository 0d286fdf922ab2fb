#!/usr/bin/env node
// The `signalbox` of the installed package (copied to dist/signalbox.js). It must parse on any Node with modules,
// so that an old one is told what is wrong; therefore the program itself is imported only after the check.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major > 22 || (major === 22 && minor >= 18)) {
  await import('./cli.js');
} else {
  process.stderr.write(
    `signalbox needs Node 22.18 or later, and this is ${process.version}. Install a newer Node (https://nodejs.org) and try again.\n`,
  );
  process.exitCode = 1;
}
