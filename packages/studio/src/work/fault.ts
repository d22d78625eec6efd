import { EngineError, SbridgeError } from '@sbridge/core'
import type { Fault } from './protocol.js'

/** What engines say, each in its own words, where there is no more memory, or a text or table would be larger than they allow. */
const MEMORY = /memory|allocat|length|longer|maximum size/i
/** And of a part of the page that did not arrive. */
const MODULE = /imported module|module script/i

/** The sentences of an error, also of one that sbridge did not expect. */
export function faultOf(error: unknown): Fault {
  const words = error instanceof Error || error instanceof DOMException ? error.message : String(error)
  if (error instanceof EngineError && error.code === 'engine-memory') return tooMuch(error.got)
  if (error instanceof SbridgeError) return { got: error.got, expected: error.expected, remedy: error.remedy }
  if ((error instanceof RangeError || isNamed(error, 'InternalError')) && MEMORY.test(words)) return tooMuch(words)
  if (error instanceof TypeError && MODULE.test(words)) return missing(words)
  if (isNamed(error, 'NotReadableError') || isNamed(error, 'NotFoundError'))
    return {
      got: 'a file that can no longer be read: it was changed, moved or removed after it was picked, or it is a folder',
      expected: 'the file as it was when it was picked',
      remedy: 'picking it again'
    }
  return { got: `a mistake in sbridge (${words})`, expected: 'this never to happen', remedy: 'reporting it with the data that caused it' }
}

const isNamed = (error: unknown, name: string): boolean => (error as { name?: unknown } | null)?.name === name

const tooMuch = (words: string): Fault => ({
  got: `more than this browser has memory for (${words})`,
  expected: 'what fits into the memory of a page',
  remedy: 'closing other pages, fewer rows, or the command line'
})

/** A part of the page could not be fetched. */
export const missing = (words: string): Fault => ({
  got: `a part of the page that did not arrive (${words})`,
  expected: 'the studio where it was',
  remedy: 'reloading the page'
})

/** What is read; undefined where it is refused, which is told. */
export function tried<T>(read: () => T, tell?: (fault: Fault) => void): T | undefined {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof SbridgeError)) throw error
    tell?.(error)
    return undefined
  }
}
