import { PlatformError } from '@marketing-streams/platform/errors';
import cookieSession from 'cookie-session';
import { csrfSync } from 'csrf-sync';
import type { Request, RequestHandler } from 'express';
import { rateLimit } from 'express-rate-limit';
import helmet from 'helmet';
import { shown } from '../actions/parse-request.ts';

const SESSION_MILLISECONDS = 30 * 86_400_000;
const CSRF_TOKEN_BYTES = 24;

/** Response headers: nothing but our own files runs, is shown in frames, or is sent forms to. */
export const securityHeaders = (): RequestHandler =>
  helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'", 'data:'],
        connectSrc: ["'self'"],
        formAction: ["'self'"],
        baseUri: ["'none'"],
        frameAncestors: ["'none'"],
      },
    },
    // Set by whatever ends TLS in front: this server speaks plain HTTP, also on localhost.
    strictTransportSecurity: false,
    crossOriginEmbedderPolicy: false,
  });

/** The session lives in a signed cookie: banners and CSRF token survive a restart with the same secret. */
export const session = (secret: string): RequestHandler =>
  cookieSession({
    name: 'marketing_streams',
    keys: [secret],
    maxAge: SESSION_MILLISECONDS,
    httpOnly: true,
    sameSite: 'lax',
  });

type TokenSession = { csrfToken?: string | null } | null | undefined;

type SentToken = { readonly field: string; readonly value: string | undefined };

const sentToken = (request: Request): SentToken => {
  const header = request.get('x-csrf-token');
  return header === undefined
    ? { field: '_csrf', value: (request.body as { _csrf?: string } | undefined)?._csrf }
    : { field: 'x-csrf-token', value: header };
};

const csrf = csrfSync({
  size: CSRF_TOKEN_BYTES,
  getTokenFromRequest: (request) => sentToken(request).value,
  getTokenFromState: (request) => (request.session as TokenSession)?.csrfToken,
  storeTokenInState: (request, token) => {
    if (request.session) request.session['csrfToken'] = token ?? null;
  },
});

/** The session's CSRF token, made on first use. */
export const csrfToken = (request: Request): string => csrf.generateToken(request);

const wrongToken = (request: Request): PlatformError => {
  const { field, value } = sentToken(request);
  const problem =
    value === undefined
      ? { field, message: 'is missing' }
      : { field, value: shown(value), message: 'is not the token of this session' };
  return new PlatformError(
    'FORBIDDEN',
    'the form is from another session or too old: reload the page and send it again',
    { details: { fields: [problem] } },
  );
};

/** Refuses a form without the session's token: FORBIDDEN, naming the field and what it held. */
export const csrfProtection: RequestHandler = (request, response, next) => {
  csrf.csrfSynchronisedProtection(request, response, (error?: unknown) => {
    next(error === csrf.invalidCsrfTokenError ? wrongToken(request) : error);
  });
};

const forbidden = (field: string, value: string | undefined): PlatformError =>
  new PlatformError('FORBIDDEN', `a page of another site must not write here: ${field} is ${value}`, {
    details: { field, value },
  });

/**
 * Keeps other sites' pages from writing through a visitor's browser. The JSON API has no session and no token;
 * browsers always say where a request comes from, other programs say nothing and are let through.
 */
export const sameOriginWrites: RequestHandler = (request, _response, next) => {
  if (request.method === 'GET' || request.method === 'HEAD') {
    next();
    return;
  }
  const site = request.get('sec-fetch-site');
  if (site !== undefined && site !== 'same-origin' && site !== 'none')
    throw forbidden('Sec-Fetch-Site', site);
  const origin = request.get('origin');
  // `request.host` is what the visitor's browser asked for, also behind a proxy that is trusted.
  if (origin !== undefined && (!URL.canParse(origin) || new URL(origin).host !== request.host)) {
    throw forbidden('Origin', origin);
  }
  next();
};

/** Refuses bodies that are not JSON, which is all that another site's form could send. */
export const jsonOnly: RequestHandler = (request, _response, next) => {
  const type = request.get('content-type');
  if (
    request.method === 'POST' &&
    type !== undefined &&
    !request.is('application/json') &&
    !isBareJson(type)
  ) {
    throw new PlatformError('VALUE_UNDECODABLE', `content-type must be application/json, not ${type}`, {
      details: { status: 415, field: 'content-type', value: type },
    });
  }
  if (request.method === 'POST' && type === undefined && Number(request.get('content-length') ?? 0) > 0) {
    throw new PlatformError('VALUE_UNDECODABLE', 'content-type must be application/json, and is missing', {
      details: { status: 415, field: 'content-type' },
    });
  }
  next();
};

/** `request.is` says nothing about the type of an empty body. */
const isBareJson = (type: string): boolean => type.split(';')[0]?.trim().toLowerCase() === 'application/json';

/** Limits the writes of one address; answers with Retry-After beyond. */
export const limitWrites = (writesPerMinute: number): RequestHandler =>
  rateLimit({
    windowMs: 60_000,
    limit: writesPerMinute,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    skip: ({ method }) => method === 'GET' || method === 'HEAD',
    handler: (_request, _response, next) => {
      next(
        new PlatformError('RATE_LIMITED', `more than ${writesPerMinute} writes in a minute: wait a little`),
      );
    },
  });
