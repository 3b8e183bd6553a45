import { open } from 'lmdb';

/*
 * `node store-lock-probe.ts <folder>`: reads and writes an LMDB environment in one transaction that changes
 * nothing. Ends with code 0 when that was possible, and hangs while another process holds the lock.
 */
const environment = open({ path: process.argv[2] ?? '', maxDbs: 2, noSync: true });
environment.transactionSync(() => environment.get('nothing'));
process.exit(0);
