/**
 * Errors carry three sentences a person can act on: what was got, what was expected, what to try.
 *
 * `InputError`: the data or an option is wrong. `FormatError`: bytes that cannot be read.
 * `EngineError`: an engine that this host lacks. `StopError`: the caller asked to stop.
 * Each has a stable `code` that programs may switch on.
 */

export interface ErrorParts {
  /** Stable, kebab-case identifier, e.g. `column-unknown`. */
  readonly code: string
  /** What was found, with its place: column, row, file, option. */
  readonly got: string
  /** What would have been right. */
  readonly expected: string
  /** What to do next. */
  readonly try: string
}

/** Base of every error that sbridge throws on purpose. */
export class SbridgeError extends Error {
  readonly code: string
  readonly got: string
  readonly expected: string
  readonly remedy: string

  constructor(parts: ErrorParts) {
    super(`got ${parts.got}; expected ${parts.expected}; try ${parts.try}`)
    this.name = new.target.name
    this.code = parts.code
    this.got = parts.got
    this.expected = parts.expected
    this.remedy = parts.try
  }
}

/** The data, an option or a value is not acceptable (exit code 2). */
export class InputError extends SbridgeError {}

/** What somebody handed over in place of something else, for a message. */
export function whatIs(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'an array'
  if (typeof value === 'string') return `the text “${value.slice(0, 40)}”`
  if (typeof value !== 'object') return `${typeof value === 'function' ? 'a function' : `the ${typeof value} ${String(value)}`}`
  if (isPromise(value)) return 'a promise'
  const names = Object.keys(value).slice(0, 4)
  return names.length === 0 ? 'an empty object' : `an object with ${names.join(', ')}`
}

/** What to do with a promise: whoever awaits has what it was meant to be. */
export const isPromise = (value: unknown): boolean => typeof (value as { then?: unknown } | null | undefined)?.then === 'function'

/** What `run` gives; an `InputError` of it says where, and what else to try. */
export async function placed<T>(run: () => Promise<T>, { at, or }: { readonly at: string; readonly or: string }): Promise<T> {
  try {
    return await run()
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    const { code, got, expected, remedy } = error
    throw new InputError({ code, got: `${at}: ${got}`, expected, try: `${remedy}; or ${or}` })
  }
}

/** A file or model whose bytes cannot be read (exit code 4). */
export class FormatError extends SbridgeError {}

/** A known engine that this machine lacks (exit code 3). */
export class EngineError extends SbridgeError {}

/** A requirement that was stated is not met (exit code 5). */
export class RequirementError extends SbridgeError {}

/** The caller asked to stop (exit code 130). */
export class StopError extends SbridgeError {
  constructor(stage: string) {
    super({
      code: 'stopped',
      got: `a stop request during ${stage}`,
      expected: 'to run to the end',
      try: 'starting the job again; nothing was written'
    })
  }
}
