// Reads a jest report and prints `passed failed skipped`; writes the names of what failed or was skipped, one a
// line as `kind<TAB>name`, to the second argument. A suite that could not run at all counts as one failure.
import { readFileSync, writeFileSync } from 'node:fs';

const [reportFile, listFile] = process.argv.slice(2);
const report = JSON.parse(readFileSync(reportFile, 'utf8'));
let passed = 0;
let failed = 0;
let skipped = 0;
const lines = [];
for (const suite of report.testResults) {
  const file = suite.name.slice(process.cwd().length + 1);
  if (suite.assertionResults.length === 0 && suite.status === 'failed') {
    failed += 1;
    lines.push(`failed\t${file} could not run`);
  }
  for (const test of suite.assertionResults) {
    if (test.status === 'passed') {
      passed += 1;
    } else if (test.status === 'failed') {
      failed += 1;
      lines.push(`failed\t${file}: ${test.fullName}`);
    } else {
      skipped += 1;
      lines.push(`skipped\t${file}: ${test.fullName}`);
    }
  }
}
if (passed + failed + skipped === 0) {
  failed += 1;
  lines.push('failed\tno test was found');
}
writeFileSync(listFile, lines.map((line) => `${line}\n`).join(''));
console.log(passed, failed, skipped);
