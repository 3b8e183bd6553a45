import { runCommand } from './command-line.ts';
import { runDemo } from './demo/run-demo.ts';
import { demoSettings, HELP } from './demo/settings.ts';

await runCommand({ help: HELP, run: () => runDemo(demoSettings()) });
