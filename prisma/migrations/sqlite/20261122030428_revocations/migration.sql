-- CreateTable
CREATE TABLE "RevokedToken" (
    "tokenId" TEXT NOT NULL PRIMARY KEY,
    "userId" TEXT NOT NULL,
    "issuerDid" TEXT NOT NULL,
    "cid" TEXT NOT NULL,
    "challenge" TEXT NOT NULL,
    "createdAtMs" BIGINT NOT NULL,
    "expiresAtMs" BIGINT NOT NULL,
    CONSTRAINT "RevokedToken_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "LostDevice" (
    "userId" TEXT NOT NULL,
    "did" TEXT NOT NULL,
    "lostBy" TEXT NOT NULL,
    "createdAtMs" BIGINT NOT NULL,

    PRIMARY KEY ("userId", "did"),
    CONSTRAINT "LostDevice_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateIndex
CREATE INDEX "RevokedToken_userId_createdAtMs_idx" ON "RevokedToken"("userId", "createdAtMs");

-- CreateIndex
CREATE INDEX "RevokedToken_expiresAtMs_idx" ON "RevokedToken"("expiresAtMs");
