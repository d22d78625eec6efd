import { refuse } from '../state/page.js'

/** Says that a part of the page could not be fetched. */
export function missed(error: unknown): void {
  refuse({
    got: `a part of the page that did not arrive (${error instanceof Error ? error.message : String(error)})`,
    expected: 'the studio where it was',
    remedy: 'reloading the page'
  })
}
