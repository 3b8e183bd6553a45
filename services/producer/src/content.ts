// English only: all of Faker's languages would take 32 MB and 0.2 s more.
import { faker } from '@faker-js/faker/locale/en';
import { type Cents, centsFromNumber } from '@marketing-streams/domain/money';
import type { CompanyContent, Person, Product } from '@marketing-streams/domain/simulation/company-content';
import { createRandom, type Random } from '@marketing-streams/domain/simulation/random';
import { SHELVES } from './shelves.ts';

/** How far a price may lie from what such a thing costs about. */
const PRICE_SPREAD = 0.15;
/** Domains that RFC 2606 keeps free of real mailboxes. */
const MAIL_DOMAINS = ['example.com', 'example.org', 'example.net'];

/** A stream that only the catalogue uses. */
const CATALOGUE_STREAM = -2;

/** Makes Faker's next words follow from the random stream; what uses them must not await in between. */
const seedFaker = (random: Random): void => {
  faker.seed(Math.floor(random.uniform() * 2 ** 32));
};

const person = (random: Random): Person => {
  seedFaker(random);
  const first_name = faker.person.firstName();
  const last_name = faker.person.lastName();
  const provider = faker.helpers.arrayElement(MAIL_DOMAINS);
  return {
    first_name,
    last_name,
    email: faker.internet.email({ firstName: first_name, lastName: last_name, provider }).toLowerCase(),
    phone: faker.phone.number({ style: 'international' }),
  };
};

/** A price that looks like one: whole dollars less a cent. */
const shelfPrice = (about: number): Cents => {
  const factor = faker.number.float({ min: 1 - PRICE_SPREAD, max: 1 + PRICE_SPREAD });
  return centsFromNumber(Math.round(about * factor)) - 1;
};

/** Every ware from a maker of its own, cheapest first. */
const catalogue = (seed: number): readonly Product[] => {
  seedFaker(createRandom(seed, CATALOGUE_STREAM));
  return Object.entries(SHELVES)
    .flatMap(([category, wares]) =>
      wares.map(
        ([name, price]): Product => ({
          sku: `${category.slice(0, 3).toUpperCase()}-${faker.string.alphanumeric({ length: 6, casing: 'upper' })}`,
          name: `${faker.person.lastName()} ${name}`,
          category,
          unit_price: shelfPrice(price),
        }),
      ),
    )
    .sort((a, b) => a.unit_price - b.unit_price);
};

/** People and products with Faker's help; the same seed gives the same catalogue. */
export const fakerContent = (seed: number): CompanyContent => ({ person, catalogue: catalogue(seed) });
