/** What a column may hold that nobody models and a host makes up: names and addresses of people. */
export const MADE_KINDS = [
  'name',
  'first-name',
  'last-name',
  'username',
  'email',
  'phone',
  'street',
  'city',
  'postcode',
  'country',
  'company',
  'job'
] as const

export type MadeKind = (typeof MADE_KINDS)[number]

export function isMadeKind(kind: string | undefined): kind is MadeKind {
  return (MADE_KINDS as readonly (string | undefined)[]).includes(kind)
}
