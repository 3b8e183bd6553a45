import { describe, expect, it } from 'vitest';
import { closingLine, summarize, type TestReport } from './test-summary.ts';

const report = (changes: Partial<TestReport>): TestReport => ({
  numPassedTests: 0,
  numFailedTests: 0,
  numPendingTests: 0,
  testResults: [],
  ...changes,
});

describe('the summary of a test run', () => {
  it('says how many passed and failed, on one line', () => {
    const summary = summarize(report({ numPassedTests: 12, numFailedTests: 1 }));
    expect(closingLine(summary)).toBe('12 passed, 1 failed');
  });

  it('counts a file that could not be loaded as a failure', () => {
    const summary = summarize(
      report({ numPassedTests: 3, testResults: [{ status: 'failed', assertionResults: [] }] }),
    );
    expect(summary).toEqual({ passed: 3, failed: 1, skipped: 0 });
  });

  it('does not count a failed test twice for its file', () => {
    const summary = summarize(
      report({ numFailedTests: 1, testResults: [{ status: 'failed', assertionResults: [{}] }] }),
    );
    expect(summary.failed).toBe(1);
  });

  it('mentions skipped tests only when there are some', () => {
    expect(closingLine({ passed: 1, failed: 0, skipped: 2 })).toBe('1 passed, 0 failed, 2 skipped');
  });
});
