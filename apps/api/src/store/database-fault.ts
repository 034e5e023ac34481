export { toDatabaseFault } from "@relite/prisma";
