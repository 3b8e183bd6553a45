import { runCli } from './run-cli.ts';

const { code, output } = await runCli(process.argv.slice(2), {
  width: process.stdout.columns ?? Number.POSITIVE_INFINITY,
  progress: (line) => console.error(line),
});
if (code === 0) console.log(output);
else console.error(output);
process.exitCode = code;
