#!/usr/bin/env node
// The launcher: has Node 24, builds what is not built, starts the command in this very process, so that signals
// reach it. Written so that Node 12 still reads it: an old Node must get a sentence, not a syntax error.

var major = Number(process.versions.node.split('.')[0]);

if (major < 24) {
  process.stderr.write(
    'goodwill: this is Node ' +
      process.versions.node +
      '; Node 24 or newer is needed. `npm ci` brings it: then start through npm, as in `npm start` or `npm run goodwill -- --help`.\n',
  );
  process.exitCode = 1;
} else {
  import('./build.js')
    .then((build) => build.buildIfNeeded())
    .then((entry) => import(entry))
    .catch((error) => {
      process.stderr.write(`goodwill: ${error.message}\n`);
      if (process.env.GOODWILL_DEBUG === '1') process.stderr.write(`${error.stack}\n`);
      process.exitCode = 1;
    });
}
