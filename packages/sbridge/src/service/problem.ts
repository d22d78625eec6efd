import { EngineError, SbridgeError, StopError } from '@sbridge/core'

/** What a request cannot have, as plain data: the body of `application/problem+json` (RFC 9457). */
export interface Problem {
  readonly status: number
  readonly title: string
  readonly code: string
  readonly got?: string
  readonly expected?: string
  readonly try?: string
  /** Methods that a path has. */
  readonly allow?: readonly string[]
  /** Seconds after which to come again. */
  readonly retryAfter?: number
}

/** A request that is answered with a problem. */
export class RequestError extends Error {
  constructor(readonly problem: Problem) {
    super(problem.title)
  }
}

const TITLES: Readonly<Record<number, string>> = {
  400: 'The request is malformed.',
  401: 'A token is needed.',
  404: 'There is no such thing here.',
  405: 'This is asked for in another way.',
  406: 'No such format of answers.',
  413: 'The request is too long.',
  415: 'No such format of requests.',
  421: 'The service answers to this machine only.',
  422: 'The request cannot be honoured.',
  429: 'Too much is asked at once.',
  500: 'This is a mistake in sbridge, please report it.',
  503: 'The service cannot answer now.'
}

export function problem(status: number, parts: Omit<Problem, 'status' | 'title'>): RequestError {
  return new RequestError({ status, title: TITLES[status]!, ...parts })
}

/** The problem that an error is, wherever it was thrown. What no one foresaw says nothing of the machine. */
export function problemOf(error: unknown): Problem {
  if (error instanceof RequestError) return error.problem
  if (error instanceof StopError) {
    const { code } = error
    return { status: 503, title: TITLES[503]!, code, got: 'a request that was stopped', expected: 'to run to its end', try: 'asking again' }
  }
  if (error instanceof SbridgeError) {
    const { code, got, expected, remedy } = error
    const status = error instanceof EngineError ? 503 : 422
    return { status, title: TITLES[status]!, code, got, expected, try: remedy }
  }
  return { status: 500, title: TITLES[500]!, code: 'mistake' }
}
