import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { sbridge as command } from '../../test/command.js'
import { fakerPeople } from './people.js'

const seeds = Array.from({ length: 200 }, (_, i) => [7, i])

describe('people made up by faker', () => {
  it('have e-mail addresses of their name, where nobody receives', async () => {
    const people = await fakerPeople()
    for (const seed of seeds) {
      const [name, first, last, email] = people(seed, {}, ['name', 'first-name', 'last-name', 'email'])
      expect(name).toBe(`${first} ${last}`)
      expect(email).toMatch(/^[^@\s]+@example\.(com|net|org)$/)
    }
    const named = seeds.filter((seed) => {
      const [first, last, email] = people(seed, {}, ['first-name', 'last-name', 'email'])
      const plain = (text: string) => text!.toLowerCase().replace(/[^a-z]/g, '')
      return email!.includes(plain(first!)) || email!.includes(plain(last!))
    })
    expect(named.length).toBe(seeds.length)
  })

  it('are the same whatever else is wanted, and others for other seeds', async () => {
    const people = await fakerPeople()
    const [, street] = people([7, 1], {}, ['phone', 'street'])
    expect(people([7, 1], {}, ['street'])).toEqual([street])
    expect(new Set(seeds.map((seed) => people(seed, {}, ['street'])[0])).size).toBeGreaterThan(195)
  })

  it('are of the sex and country that the row says, however it is written', async () => {
    const people = await fakerPeople()
    const first = (traits: Parameters<typeof people>[1]) => new Set(seeds.map((seed) => people(seed, traits, ['first-name'])[0]!))
    const [women, men] = [first({ sex: 'female', country: 'de' }), first({ sex: 'male', country: 'de' })]
    expect([...women].filter((name) => men.has(name)).length).toBeLessThan(0.05 * women.size)
    for (const country of ['DE', 'Germany', 'Deutschland', 'Allemagne', 'de_DE'])
      expect(people([7, 1], { country }, ['street'])).toEqual(people([7, 1], { country: 'de' }, ['street']))
    expect(people([7, 1], { country: 'Österreich' }, ['postcode'])[0]).toMatch(/^\d{4}$/)
    expect(people([7, 1], { country: 'Germany' }, ['country'])).toEqual(['Germany'])
    expect(people([7, 1], { country: 'Atlantis' }, ['name'])).toEqual(people([7, 1], {}, ['name']))
  })
})

describe('columns that are to be made up', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sbridge-people-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  const sbridge = (words: readonly string[]) => command(folder, ...words)
  it('are, by the command line, from a table and from its model with the same bytes', async () => {
    const rows = Array.from({ length: 60 }, (_, i) => `p${i % 50},p${i}@x.org,${i % 2 ? 'f' : 'm'},${(i * 37) % 61}`)
    const table = join(folder, 'people.csv')
    writeFileSync(table, `name,email,sex,age\n${rows.join('\n')}\n`)
    const quick = ['--bandwidth', '0.5', '--scaling', 'standard', '--steps', '2', '--seed', '1']
    const types = ['--types', 'name=name,email=email']
    const run = await sbridge(['sample', table, '-n', '40', '-o', 'new.csv', ...types, ...quick])
    expect([run.status, run.stderr]).toEqual([0, ''])
    expect(run.stdout).toContain('key: email made up: email, as sex says')
    const written = readFileSync(join(folder, 'new.csv'), 'utf8')
    expect(written.match(/@example\./g)).toHaveLength(40)
    expect(written).not.toContain('@x.org')
    expect((await sbridge(['fit', table, '-o', 'people.sbridge', ...types, ...quick.slice(0, 4), '--seed', '1'])).status).toBe(0)
    expect((await sbridge(['sample', 'people.sbridge', '-n', '40', '-o', 'again.csv', '--steps', '2', '--seed', '1'])).status).toBe(0)
    expect(readFileSync(join(folder, 'again.csv'), 'utf8')).toBe(written)
  })
})
