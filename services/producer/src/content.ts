import { base, en, Faker } from '@faker-js/faker';
import { centsFromNumber } from '@marketing-streams/domain/money';
import type { CompanyContent, Person, Product } from '@marketing-streams/domain/simulation/company-content';
import { createRandom, type Random } from '@marketing-streams/domain/simulation/random';

const PRODUCTS = 60;
/** The catalogue's cheapest and dearest product; the others lie between, evenly on the log scale. */
const CHEAPEST = 6;
const DEAREST = 950;
/** Domains that RFC 2606 keeps free of real mailboxes. */
const MAIL_DOMAINS = ['example.com', 'example.org', 'example.net'];

/** A stream that only the catalogue uses. */
const CATALOGUE_STREAM = -2;

const fakerFor = (random: Random): Faker => {
  const faker = new Faker({ locale: [en, base] });
  faker.seed(Math.floor(random.uniform() * 2 ** 32));
  return faker;
};

const person = (random: Random): Person => {
  const faker = fakerFor(random);
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
const shelfPrice = (place: number): number => {
  const price = CHEAPEST * (DEAREST / CHEAPEST) ** place;
  return centsFromNumber(Math.max(1, Math.round(price)) - 0.01);
};

const catalogue = (seed: number): readonly Product[] => {
  const faker = fakerFor(createRandom(seed, CATALOGUE_STREAM));
  const names = faker.helpers.uniqueArray(() => faker.commerce.productName(), PRODUCTS);
  return names.map((name, index) => ({
    sku: `SKU-${faker.string.alphanumeric({ length: 6, casing: 'upper' })}`,
    name,
    category: faker.commerce.department(),
    unit_price: shelfPrice(index / (PRODUCTS - 1)),
  }));
};

/** People and products from Faker; the same seed gives the same catalogue. */
export const fakerContent = (seed: number): CompanyContent => ({ person, catalogue: catalogue(seed) });
