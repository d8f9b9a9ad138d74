/** Gives each worker one of the displays that were opened for them; without such, all use the desktop's own. */
const displays = (process.env.SWITCHYARD_TEST_DISPLAYS ?? '').split(',').filter((display) => display !== '');
const worker = Number(process.env.VITEST_POOL_ID ?? 1);
const own = displays[(worker - 1) % displays.length];
if (own !== undefined) process.env.DISPLAY = own;
