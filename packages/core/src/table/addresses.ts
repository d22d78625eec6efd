/** What leads to one person: forms that standards give, with what they are called in a note. */
const FORMS: readonly (readonly [RegExp, string])[] = [
  [/^[^\s@]+@[^\s@]+\.[^\s@]+$/, 'e-mail addresses'],
  // ISO 13616: country, check digits, and 11 to 30 letters and digits.
  [/^[A-Z]{2}\d{2}(?: ?[A-Z\d]){11,30}$/, 'IBANs'],
  // E.164: up to 15 digits behind the country's or the trunk prefix; subscriber numbers have 7 and more with their area.
  [/^(?:\+|\(|0)(?:[\s()./-]*\d){6,15}$/, 'phone numbers']
]

/** What a value that leads to one person is, in the plural; undefined for others. */
export const addressWords = (value: string): string | undefined => FORMS.find(([form]) => form.test(value.trim()))?.[1]

/** Digits alone, with what people write between them. */
const DIGITS = /^[\d\s()./+-]+$/

/** What those values of a column are that lead to one person. A zero in front begins phone numbers and postcodes: it is what most digits of the column are. */
export function addressesAmong(values: readonly string[]): string[] {
  const codes = values.filter((value) => DIGITS.test(value.trim()))
  const areOthers = 2 * codes.filter((value) => addressWords(value) !== undefined).length <= codes.length
  return values.flatMap((value) => {
    const words = addressWords(value)
    return words === undefined || (areOthers && value.trim().startsWith('0')) ? [] : [words]
  })
}
