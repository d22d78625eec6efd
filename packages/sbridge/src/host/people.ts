import type { People } from '@sbridge/core/internal'
import { withPackage } from './optional-package.js'

type Sex = 'female' | 'male' | undefined

/** What is used of a faker; its own types are not there where it is not installed. */
interface Faker {
  seed(seed: readonly number[]): unknown
  readonly person: { firstName(sex: Sex): string; lastName(sex: Sex): string; jobTitle(): string }
  readonly internet: {
    username(name: { readonly firstName: string; readonly lastName: string }): string
    exampleEmail(name: { readonly firstName: string; readonly lastName: string }): string
  }
  readonly phone: { number(): string }
  readonly location: { streetAddress(): string; city(): string; zipCode(): string; country(): string }
  readonly company: { name(): string }
}

type Fakers = Readonly<Record<string, Faker>>
type Kind = Parameters<People>[2][number]

/**
 * People made up by @faker-js/faker, in the language of their country where they have one, else in English. E-mail addresses end
 * in example.com and the like, where nobody receives (RFC 2606). Throws `EngineError` (code `package-missing`) where it is not
 * installed.
 */
export async function fakerPeople(): Promise<People> {
  const name = '@faker-js/faker'
  const { allFakers } = await withPackage(name, (): Promise<{ readonly allFakers: Fakers }> => import(name))
  const localeOf = localesIn(Object.keys(allFakers))
  return (seed, { sex, country }, wanted) => {
    const faker = allFakers[localeOf(country)]!
    // Each value has a seed of its own: what else is wanted changes nothing.
    const value = (place: number, make: (faker: Faker) => string): string => {
      faker.seed([...seed, place])
      return make(faker)
    }
    const firstName = value(0, ({ person }) => person.firstName(sex))
    const lastName = value(1, ({ person }) => person.lastName(sex))
    const name = { firstName, lastName }
    const makers: Readonly<Record<Kind, (faker: Faker) => string>> = {
      name: () => `${firstName} ${lastName}`,
      'first-name': () => firstName,
      'last-name': () => lastName,
      username: ({ internet }) => internet.username(name),
      email: ({ internet }) => internet.exampleEmail(name).toLowerCase(),
      phone: ({ phone }) => phone.number(),
      street: ({ location }) => location.streetAddress(),
      city: ({ location }) => location.city(),
      postcode: ({ location }) => location.zipCode(),
      country: ({ location }) => country ?? location.country(),
      company: ({ company }) => company.name(),
      job: ({ person }) => person.jobTitle()
    }
    const places = Object.keys(makers)
    return wanted.map((kind) => value(2 + places.indexOf(kind), makers[kind]))
  }
}

/** Languages in which tables name countries, most often. */
const LANGUAGES = ['en', 'de', 'fr', 'es', 'it', 'pt', 'nl', 'pl', 'sv']

/** The locale of a country as tables write it: `DE`, `de_AT`, `Germany`, `Deutschland`. */
function localesIn(locales: readonly string[]): (country: string | undefined) => string {
  const known = new Map<string, string>()
  const find = (country: string): string => {
    const own = locales.find((locale) => locale.toLowerCase() === country.trim().toLowerCase().replace('-', '_'))
    if (own !== undefined && own.length > 2) return own
    const code = codeOf(country.trim())
    if (code === undefined) return own ?? 'en'
    const { language } = new Intl.Locale(`und-${code}`).maximize()
    return (
      locales.find((locale) => locale === `${language}_${code}`) ??
      locales.find((locale) => locale.endsWith(`_${code}`)) ??
      locales.find((locale) => locale === language) ??
      'en'
    )
  }
  return (country) => {
    if (country === undefined) return 'en'
    if (!known.has(country)) known.set(country, find(country))
    return known.get(country)!
  }
}

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'

/** The ISO 3166 code of a country that is written by its code or by its name in one of some languages. */
function codeOf(country: string): string | undefined {
  // A locale has its country behind the language.
  const upper = country.toUpperCase().replace(/^[A-Z]{2}[-_](?=[A-Z]{2}$)/, '')
  if (/^[A-Z]{2}$/.test(upper)) return upper === 'UK' ? 'GB' : upper
  const codes = Array.from(letters, (a) => Array.from(letters, (b) => a + b)).flat()
  for (const language of LANGUAGES) {
    const names = new Intl.DisplayNames([language], { type: 'region', fallback: 'none' })
    const code = codes.find((one) => names.of(one)?.toLowerCase() === country.toLowerCase())
    if (code !== undefined) return code
  }
  return undefined
}
