export * from './numbers.js'
export * from './telling.js'
