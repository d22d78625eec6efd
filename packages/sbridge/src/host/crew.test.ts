import { expect, test } from 'vitest'
import { ThreadCrew } from './crew.js'

test('an errand is done while others work longer than it takes, once, unless it was withdrawn', () => {
  const crew = new ThreadCrew(2, undefined)
  const done: string[] = []
  crew.later(() => done.push('long'), 1e9)
  const withdraw = crew.later(() => done.push('withdrawn'), 1)
  crew.later(() => done.push('short'), 1e6)
  withdraw()
  crew.meanwhile(100)
  expect(done).toEqual(['short'])
  crew.meanwhile(100)
  crew.meanwhile(1e6)
  crew.meanwhile(1e6)
  expect(done).toEqual(['short', 'long'])
})
