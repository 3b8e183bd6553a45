import { keptRecoveries, recoveryTable } from './recoveries.ts';

/** The end of `make test-faults`: what every fault of the run has cost. */
console.log(recoveryTable(keptRecoveries()));
