import { describe, expect, test } from 'vitest'
import { causeOf, tooFewAddresses } from './causes.js'

const coded = (code: string, message = code): Error => Object.assign(new Error(message), { code })

describe('what a person can do about an error of the surroundings', () => {
  test.each([
    ['handles', coded('EMFILE'), /ulimit -n/],
    ['handles of a new thread', coded('ERR_WORKER_INIT_FAILED', 'Worker initialization failure: EMFILE'), /ulimit -n/],
    ['threads', coded('ERR_WORKER_INIT_FAILED', 'Worker initialization failure: EAGAIN'), /--threads 1/],
    ['memory of the system', coded('ENOMEM'), /ulimit -v/],
    ['memory of Node', coded('ERR_WORKER_OUT_OF_MEMORY'), /--max-old-space-size/],
    ['buffers', new RangeError('Array buffer allocation failed'), /fewer rows/],
    ['memory of WebAssembly', new RangeError('WebAssembly.Memory.grow(): Unable to grow instance memory'), /fewer rows/]
  ])('%s', (_, error, remedy) => {
    expect(causeOf(error)!.try).toMatch(remedy)
  })

  test('any other error is none of theirs', () => {
    for (const error of [new RangeError('Invalid array length'), new Error('out of memory'), coded('ENOENT'), 'EMFILE', undefined])
      expect(causeOf(error)).toBeUndefined()
  })

  test('a limit of addresses matters when it is small', () => {
    const limits = (bytes: string) =>
      `Limit  Soft Limit  Hard Limit  Units\nMax address space         ${bytes}            unlimited  bytes\n`
    expect(tooFewAddresses(limits('1536000000'))!.got).toContain('1.5 GB')
    for (const enough of [limits('4000000000'), limits('unlimited'), '']) expect(tooFewAddresses(enough)).toBeUndefined()
  })
})
