import { FormatError } from '@sbridge/core'
import type { ReadContext } from './columns.js'

/** Bytes. */
const MIB = 2 ** 20

/** Bytes that any file may hold, however well it is compressed: 8 million numbers. */
const ALWAYS_ALLOWED = 64 * MIB
/** Bytes of content for a byte of the file: deflate can reach 1,032, ZSTD more, tables as they are measured do not. */
const MOST_EXPANSION = 100
/** Bytes of content in all: a thousand million numbers. */
const MOST_CONTENT = 8192 * MIB
/** Environment variable that sets another limit, in MiB. */
const VARIABLE = 'SBRIDGE_MAX_CONTENT'

/**
 * What a compressed file may grow to: 64 MiB, or 100 times its own bytes when that is more, and 8 GiB at most. Readers
 * take from it what a file states to hold before they inflate it, and never inflate beyond what was stated.
 *
 * The environment variable `SBRIDGE_MAX_CONTENT` sets another limit, in MiB.
 */
export class ContentLimit {
  private left: number

  constructor(
    private readonly fileBytes: number,
    private readonly context: ReadContext
  ) {
    this.left = limitOf(fileBytes)
  }

  /** Fails with `FormatError` when the file would hold more than the limit. */
  take(bytes: number): void {
    this.left -= bytes
    if (this.left >= 0) return
    const limit = limitOf(this.fileBytes)
    throw new FormatError({
      code: 'content-too-large',
      got: `${this.context.source} of ${sizeOf(this.fileBytes)}, which states that it holds ${sizeOf(limit - this.left)} or more`,
      expected: `at most ${sizeOf(limit)}`,
      try: `${VARIABLE}=${Math.ceil((limit - this.left) / MIB)} (MiB) in the environment, if you trust the file`
    })
  }
}

/** Bytes of a pipe, of which nothing says where it ends: their cells take up to five times as much. */
const MOST_PIPED = 1024 * MIB

/** What may come through a pipe: 1 GiB, or what `SBRIDGE_MAX_CONTENT` says (MiB). */
export class PipeLimit {
  readonly #limit = limitSet() ?? MOST_PIPED
  #left = this.#limit

  constructor(private readonly context: ReadContext) {}

  /** Fails with `FormatError` beyond the limit. */
  take(bytes: number): void {
    this.#left -= bytes
    if (this.#left >= 0) return
    throw new FormatError({
      code: 'content-too-large',
      got: `${this.context.source}, of which ${sizeOf(this.#limit)} have come without an end`,
      expected: `at most ${sizeOf(this.#limit)} from a pipe`,
      try: `${VARIABLE}=${(4 * this.#limit) / MIB} (MiB) in the environment, if it ends and there is memory for it, or writing it to a file first`
    })
  }
}

function limitOf(fileBytes: number): number {
  return limitSet() ?? Math.min(MOST_CONTENT, Math.max(ALWAYS_ALLOWED, MOST_EXPANSION * fileBytes))
}

function limitSet(): number | undefined {
  const set = Number(globalThis.process?.env?.[VARIABLE])
  return set > 0 ? set * MIB : undefined
}

function sizeOf(bytes: number): string {
  return bytes < MIB ? `${bytes} bytes` : `${Math.ceil(bytes / MIB)} MiB`
}
