/** What is read of the report that Vitest's JSON reporter writes. */
export type TestReport = {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly testResults: readonly {
    readonly status: string;
    readonly assertionResults: readonly unknown[];
  }[];
};

/** Counts of one test run. */
export type TestSummary = { readonly passed: number; readonly failed: number; readonly skipped: number };

/** The counts of a report. A file that could not even be loaded has no tests and counts as one failure. */
export const summarize = (report: TestReport): TestSummary => ({
  passed: report.numPassedTests,
  failed:
    report.numFailedTests +
    report.testResults.filter(
      ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
    ).length,
  skipped: report.numPendingTests,
});

/** The closing line, alone on its line for whatever reads the log: `412 passed, 0 failed`. */
export const closingLine = ({ passed, failed, skipped }: TestSummary): string =>
  `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
