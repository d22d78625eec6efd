import { describe, expect, it } from 'vitest'
import { now, pause } from './pause.js'
import { Turns, together } from './together.js'

/** Loops for so many milliseconds. */
const busy = (time: number): void => {
  for (const start = now(); now() - start < time; );
}

describe('computations that do not depend on each other', () => {
  it('go on two at a time, one while another waits, and give their results in order', async () => {
    const said: string[] = []
    const part = (name: string) => async () => {
      said.push(`${name} begins`)
      await pause()
      said.push(`${name} ends`)
      return name
    }
    expect(await together([part('a'), part('b'), part('c')])).toEqual(['a', 'b', 'c'])
    expect(said).toEqual(['a begins', 'b begins', 'a ends', 'c begins', 'b ends', 'c ends'])
    expect(await together([])).toEqual([])
  })

  it('have all ended when one fails, and no other has begun', async () => {
    const said: string[] = []
    const failing = async () => {
      await pause()
      throw new Error('no room')
    }
    const slow = async () => {
      for (let k = 0; k < 5; k++) await pause()
      said.push('slow')
    }
    await expect(together([failing, slow, () => said.push('third')])).rejects.toThrow('no room')
    expect(said).toEqual(['slow'])
  })

  it('have their turns while long work waits for nothing', async () => {
    const said: string[] = []
    const long = async (name: string, times: number, turns?: Turns) => {
      for (let k = 0; k < times; k++) {
        if (turns?.over) await turns.next()
        busy(5)
        said.push(name)
      }
    }
    await together([() => long('a', 3), () => long('b', 1)])
    expect(said.splice(0)).toEqual(['a', 'a', 'a', 'b'])
    await together([() => long('a', 3, new Turns()), () => long('b', 1)])
    expect(said).toEqual(['a', 'b', 'a', 'a'])
  })
})
