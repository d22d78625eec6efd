import { describe, expect, test } from 'vitest'
import { meanwhile } from './crew.js'
import type { Crew } from './iterate.js'

/** A crew whose errands are done when `turn` says so. */
function leisure() {
  const errands = new Set<() => void>()
  const crew: Crew = {
    engines: false,
    rest: () => {},
    least: () => 1e9,
    run: () => Promise.reject(new Error('not asked')),
    later: (errand) => {
      errands.add(errand)
      return () => errands.delete(errand)
    }
  }
  const turn = () => {
    for (const errand of errands) errand()
  }
  return { crew, errands, turn }
}

describe('what is done while others work on a reduction', () => {
  test('is done once: in its turn, or when it is asked for and then no more', () => {
    let done = 0
    const make = () => ++done
    const first = leisure()
    const early = meanwhile(make, { crew: first.crew, work: 1 })
    first.turn()
    expect([done, early(), early()]).toEqual([1, 1, 1])
    const second = leisure()
    const late = meanwhile(make, { crew: second.crew, work: 1 })
    expect([late(), second.errands.size]).toEqual([2, 0])
    expect(meanwhile(make, { crew: undefined, work: 1 })()).toBe(3)
  })

  test('fails for who asks, not for what others work on', () => {
    const { crew, turn } = leisure()
    const made = meanwhile(
      () => {
        throw new Error('a rule is broken')
      },
      { crew, work: 1 }
    )
    expect(turn).not.toThrow()
    expect(made).toThrow('a rule is broken')
  })
})
