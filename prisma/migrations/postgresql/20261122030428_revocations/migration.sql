-- CreateTable
CREATE TABLE "RevokedToken" (
    "tokenId" TEXT COLLATE "C" NOT NULL,
    "userId" TEXT COLLATE "C" NOT NULL,
    "issuerDid" TEXT COLLATE "C" NOT NULL,
    "cid" TEXT COLLATE "C" NOT NULL,
    "challenge" TEXT COLLATE "C" NOT NULL,
    "createdAtMs" BIGINT NOT NULL,
    "expiresAtMs" BIGINT NOT NULL,

    CONSTRAINT "RevokedToken_pkey" PRIMARY KEY ("tokenId")
);

-- CreateTable
CREATE TABLE "LostDevice" (
    "userId" TEXT COLLATE "C" NOT NULL,
    "did" TEXT COLLATE "C" NOT NULL,
    "lostBy" TEXT COLLATE "C" NOT NULL,
    "createdAtMs" BIGINT NOT NULL,

    CONSTRAINT "LostDevice_pkey" PRIMARY KEY ("userId","did")
);

-- CreateIndex
CREATE INDEX "RevokedToken_userId_createdAtMs_idx" ON "RevokedToken"("userId", "createdAtMs");

-- CreateIndex
CREATE INDEX "RevokedToken_expiresAtMs_idx" ON "RevokedToken"("expiresAtMs");

-- AddForeignKey
ALTER TABLE "RevokedToken" ADD CONSTRAINT "RevokedToken_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "LostDevice" ADD CONSTRAINT "LostDevice_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;
