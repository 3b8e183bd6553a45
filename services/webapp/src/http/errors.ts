import { type ErrorCode, isPlatformError, PlatformError } from '@marketing-streams/platform/errors';
import type { Logger } from '@marketing-streams/platform/logging';
import { http } from '@marketing-streams/platform/node-http';
import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express';
import type { FieldProblem } from '../actions/parse-request.ts';
import type { Renderer } from '../present/renderer.ts';
import { jsonErrorPosition } from './json-error-position.ts';

/** What went wrong with a request, as it is answered. */
export type HttpProblem = {
  readonly status: number;
  readonly code: ErrorCode;
  readonly message: string;
  readonly fields: readonly FieldProblem[];
};

const STATUS: Partial<Record<ErrorCode, number>> = {
  VALUE_INVALID: 400,
  VALUE_UNDECODABLE: 400,
  NOT_FOUND: 404,
  FORBIDDEN: 403,
  PAYLOAD_TOO_LARGE: 413,
  RATE_LIMITED: 429,
  KAFKA_UNAVAILABLE: 503,
  REDIS_UNAVAILABLE: 503,
  REGISTRY_UNAVAILABLE: 503,
  STORAGE_UNAVAILABLE: 503,
};

/** Codes for what express refuses by itself, when it is not the sent text that is wrong. */
const CODES: Readonly<Record<number, ErrorCode>> = { 403: 'FORBIDDEN', 404: 'NOT_FOUND', 500: 'INTERNAL' };

/** What people read when a part of the world is away. */
const OUTAGES: Partial<Record<ErrorCode, string>> = {
  REDIS_UNAVAILABLE: 'Redis, which holds the customers shown here, is away. This page tries again by itself.',
  REGISTRY_UNAVAILABLE: 'The schema registry is away. Please try again in a moment.',
};

const RETRY_AFTER_SECONDS = '2';

/** An error of body-parser or express itself, as `http-errors` makes them. */
type HttpError = Error & {
  readonly status: number;
  readonly type?: string;
  /** Whether the message may be told: that of a file that is not there names our folders. */
  readonly expose?: boolean;
  readonly body?: string;
  readonly limit?: number;
  readonly length?: number;
};

const isHttpError = (error: unknown): error is HttpError =>
  error instanceof Error && typeof (error as { status?: unknown }).status === 'number';

const brokenJson = (error: HttpError): HttpProblem => {
  const body = error.body ?? '';
  const position = jsonErrorPosition(body) ?? body.length;
  return {
    status: 400,
    code: 'VALUE_UNDECODABLE',
    message: `the body is not JSON: it breaks at position ${position}`,
    fields: [{ field: 'body', value: body.slice(0, 200), message: `breaks at position ${position}` }],
  };
};

const problemOfHttpError = (error: HttpError): HttpProblem => {
  if (error.type === 'entity.parse.failed') return brokenJson(error);
  if (error.type === 'entity.too.large') {
    const message = `must not be larger than ${error.limit} bytes`;
    return {
      status: 413,
      code: 'PAYLOAD_TOO_LARGE',
      message: `the body ${message}`,
      fields: [
        { field: 'body', ...(error.length === undefined ? {} : { value: `${error.length} bytes` }), message },
      ],
    };
  }
  const status = error.status >= 400 && error.status < 500 ? error.status : 500;
  // The router's error for a path like `/customers/%zz` repeats what was asked for and nothing else.
  const mayBeTold = error.expose === true || error instanceof URIError;
  return {
    status,
    code: CODES[status] ?? 'VALUE_UNDECODABLE',
    message: mayBeTold ? error.message : (http.STATUS_CODES[status] ?? 'Bad Request'),
    fields: [],
  };
};

/** How an error is answered. What nobody expected becomes a 500 that tells nothing of the inside. */
export const problemOf = (error: unknown): HttpProblem => {
  if (
    isPlatformError(error) &&
    (STATUS[error.code] !== undefined || typeof error.details['status'] === 'number')
  ) {
    const { field, value, fields, status } = error.details;
    return {
      status: typeof status === 'number' ? status : STATUS[error.code]!,
      code: error.code,
      message: OUTAGES[error.code] ?? error.message,
      fields: Array.isArray(fields)
        ? (fields as FieldProblem[])
        : field === undefined
          ? []
          : [{ field, value, message: error.message }],
    };
  }
  if (isHttpError(error)) return problemOfHttpError(error);
  return {
    status: 500,
    code: 'INTERNAL',
    message: 'something went wrong here; it has been logged',
    fields: [],
  };
};

/** True when the caller wants JSON: the API, and the pages' own scripts. */
export const wantsJson = (request: Request): boolean =>
  request.path.startsWith('/api/') || request.accepts(['html', 'json']) === 'json';

/** Answers a problem as JSON or as a page, whichever the caller wants. */
export const answerProblem = (
  request: Request,
  response: Response,
  problem: HttpProblem,
  renderer: Renderer,
): void => {
  const { status, code, message, fields } = problem;
  response.status(status);
  if (status === 503) response.set('Retry-After', RETRY_AFTER_SECONDS);
  if (wantsJson(request)) {
    response.json({ error: { code, message, fields } });
    return;
  }
  response
    .type('html')
    .send(renderer.page('error', { title: titleOf(status), status_code: status, message, fields }));
};

const titleOf = (status: number): string => {
  if (status === 404) return 'Not found';
  if (status === 503) return 'Back in a moment';
  return status >= 500 ? 'Something went wrong' : 'That did not work';
};

/** Answers errors as JSON or as a page, whichever the caller wants. */
export const handleErrors =
  (renderer: Renderer, logger: Logger): ErrorRequestHandler =>
  (error, request, response, next) => {
    if (response.headersSent) {
      next(error);
      return;
    }
    const problem = problemOf(error);
    if (problem.status >= 500) logger.error({ err: error, path: request.path }, 'request failed');
    answerProblem(request, response, problem, renderer);
  };

/** For paths nobody serves. */
export const notFound: RequestHandler = (request) => {
  throw new PlatformError('NOT_FOUND', `there is nothing at ${request.path}`);
};
