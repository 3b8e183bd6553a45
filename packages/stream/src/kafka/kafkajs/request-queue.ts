import RequestQueue from 'kafkajs/src/network/requestQueue/index.js';

/** How often a connection looks for requests that have timed out; kafkajs does it every 100 ms. */
const TIMEOUT_CHECK_MILLISECONDS = 1_000;

/**
 * kafkajs re-arms a timer with a negative delay for ever on every connection, which Node runs each millisecond
 * (and warns of: kafkajs #1751, #1768); measured 3% of a core per idle consumer. The timer is only needed while
 * requests wait because the broker throttles. Call once before the first connection.
 */
export const calmRequestQueue = (): void => {
  const queue = RequestQueue.prototype;

  queue.scheduleCheckPendingRequests = function (): void {
    if (this.pending.length === 0 || this.throttleCheckTimeoutId !== null) return;
    this.throttleCheckTimeoutId = setTimeout(
      () => {
        this.throttleCheckTimeoutId = null;
        this.checkPendingRequests();
      },
      Math.max(1, this.throttledUntil - Date.now()),
    );
  };

  queue.scheduleRequestTimeoutCheck = function (): void {
    if (!this.enforceRequestTimeout) return;
    this.destroy();
    const check = (): void => {
      const now = Date.now();
      for (const request of this.inflight.values()) {
        if (now - request.sentAt > request.requestTimeout) request.timeoutRequest();
      }
      if (!this.isConnected()) this.destroy();
    };
    this.requestTimeoutIntervalId = setInterval(check, TIMEOUT_CHECK_MILLISECONDS);
  };
};
