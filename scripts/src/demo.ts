import { enableCompileCache } from 'node:module';
import { join } from 'node:path';

// Before anything else is loaded: half of the time from the command to Kafka's start is compiling.
enableCompileCache(
  process.env['NODE_COMPILE_CACHE'] ?? join(process.env['LOCAL_DIR'] || '.local', 'compile-cache'),
);

const [{ runCommand }, { runDemo }, { demoSettings, HELP }] = await Promise.all([
  import('./command-line.ts'),
  import('./demo/run-demo.ts'),
  import('./demo/settings.ts'),
]);

await runCommand({ help: HELP, run: () => runDemo(demoSettings()) });
