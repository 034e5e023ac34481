-- CreateTable
CREATE TABLE "User" (
    "id" TEXT COLLATE "C" NOT NULL,
    "displayName" TEXT COLLATE "C" NOT NULL,
    "role" TEXT COLLATE "C" NOT NULL,
    "createdAtMs" BIGINT NOT NULL,

    CONSTRAINT "User_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "OwnerDid" (
    "did" TEXT COLLATE "C" NOT NULL,
    "userId" TEXT COLLATE "C" NOT NULL,
    "addedAtMs" BIGINT NOT NULL,
    "position" INTEGER NOT NULL,

    CONSTRAINT "OwnerDid_pkey" PRIMARY KEY ("did")
);

-- CreateTable
CREATE TABLE "SetupClaim" (
    "id" INTEGER NOT NULL,
    "userId" TEXT COLLATE "C" NOT NULL,
    "claimedAtMs" BIGINT NOT NULL,

    CONSTRAINT "SetupClaim_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Invitation" (
    "id" TEXT COLLATE "C" NOT NULL,
    "createdByUserId" TEXT COLLATE "C" NOT NULL,
    "codeHash" TEXT COLLATE "C" NOT NULL,
    "label" TEXT COLLATE "C",
    "createdAtMs" BIGINT NOT NULL,
    "expiresAtMs" BIGINT NOT NULL,
    "revokedAtMs" BIGINT,
    "usedAtMs" BIGINT,
    "usedByUserId" TEXT COLLATE "C",

    CONSTRAINT "Invitation_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "UserSettings" (
    "userId" TEXT COLLATE "C" NOT NULL,
    "chatBaseUrl" TEXT COLLATE "C",
    "chatModel" TEXT COLLATE "C",
    "chatKeyId" TEXT COLLATE "C",
    "chatKeySealed" BYTEA,
    "updatedAtMs" BIGINT NOT NULL,

    CONSTRAINT "UserSettings_pkey" PRIMARY KEY ("userId")
);

-- CreateTable
CREATE TABLE "Connection" (
    "id" TEXT COLLATE "C" NOT NULL,
    "userId" TEXT COLLATE "C" NOT NULL,
    "name" TEXT COLLATE "C" NOT NULL,
    "url" TEXT COLLATE "C" NOT NULL,
    "host" TEXT COLLATE "C" NOT NULL,
    "authKind" TEXT COLLATE "C" NOT NULL,
    "username" TEXT COLLATE "C",
    "secretKeyId" TEXT COLLATE "C",
    "secretBytes" BYTEA,
    "status" TEXT COLLATE "C" NOT NULL,
    "failureCode" TEXT COLLATE "C",
    "failureReason" TEXT COLLATE "C",
    "failureMessage" TEXT COLLATE "C",
    "failureAtMs" BIGINT,
    "failures" INTEGER NOT NULL,
    "lastSyncAtMs" BIGINT,
    "nextSyncAtMs" BIGINT,
    "serverIdentity" TEXT COLLATE "C",
    "createdAtMs" BIGINT NOT NULL,
    "updatedAtMs" BIGINT NOT NULL,

    CONSTRAINT "Connection_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Round" (
    "connectionId" TEXT COLLATE "C" NOT NULL,
    "number" INTEGER NOT NULL,
    "status" TEXT COLLATE "C" NOT NULL,
    "counts" TEXT COLLATE "C" NOT NULL,
    "startedAtMs" BIGINT NOT NULL,
    "finishedAtMs" BIGINT,

    CONSTRAINT "Round_pkey" PRIMARY KEY ("connectionId","number")
);

-- CreateTable
CREATE TABLE "Folder" (
    "connectionId" TEXT COLLATE "C" NOT NULL,
    "pathHash" TEXT COLLATE "C" NOT NULL,
    "path" TEXT COLLATE "C" NOT NULL,
    "parentHash" TEXT COLLATE "C",
    "etag" TEXT COLLATE "C",
    "modifiedAtMs" BIGINT,
    "listedRound" INTEGER NOT NULL,
    "failedRound" INTEGER NOT NULL,
    "isGone" BOOLEAN NOT NULL,

    CONSTRAINT "Folder_pkey" PRIMARY KEY ("connectionId","pathHash")
);

-- CreateTable
CREATE TABLE "Book" (
    "id" TEXT COLLATE "C" NOT NULL,
    "userId" TEXT COLLATE "C" NOT NULL,
    "connectionId" TEXT COLLATE "C" NOT NULL,
    "folderHash" TEXT COLLATE "C" NOT NULL,
    "pathHash" TEXT COLLATE "C" NOT NULL,
    "path" TEXT COLLATE "C" NOT NULL,
    "folder" TEXT COLLATE "C" NOT NULL,
    "name" TEXT COLLATE "C" NOT NULL,
    "format" TEXT COLLATE "C" NOT NULL,
    "title" TEXT COLLATE "C" NOT NULL,
    "titleKey" TEXT COLLATE "C" NOT NULL,
    "author" TEXT COLLATE "C",
    "authorKey" TEXT COLLATE "C" NOT NULL,
    "series" TEXT COLLATE "C",
    "searchText" TEXT COLLATE "C" NOT NULL,
    "sizeBytes" BIGINT,
    "etag" TEXT COLLATE "C",
    "modifiedAtMs" BIGINT,
    "metadata" TEXT COLLATE "C",
    "cover" TEXT COLLATE "C",
    "fingerprint" TEXT COLLATE "C",
    "state" TEXT COLLATE "C" NOT NULL,
    "readState" TEXT COLLATE "C" NOT NULL,
    "firstRound" INTEGER NOT NULL,
    "absentRound" INTEGER,
    "suspectRound" INTEGER,
    "missingSinceMs" BIGINT,
    "addedAtMs" BIGINT NOT NULL,
    "changedAtMs" BIGINT NOT NULL,

    CONSTRAINT "Book_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Proposal" (
    "id" TEXT COLLATE "C" NOT NULL,
    "userId" TEXT COLLATE "C" NOT NULL,
    "connectionId" TEXT COLLATE "C" NOT NULL,
    "openConnectionId" TEXT COLLATE "C",
    "kind" TEXT COLLATE "C" NOT NULL,
    "status" TEXT COLLATE "C" NOT NULL,
    "round" INTEGER NOT NULL,
    "vanished" INTEGER NOT NULL,
    "known" INTEGER NOT NULL,
    "sample" TEXT COLLATE "C" NOT NULL,
    "serverBefore" TEXT COLLATE "C",
    "serverNow" TEXT COLLATE "C",
    "createdAtMs" BIGINT NOT NULL,
    "decidedAtMs" BIGINT,

    CONSTRAINT "Proposal_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Job" (
    "id" TEXT COLLATE "C" NOT NULL,
    "userId" TEXT COLLATE "C" NOT NULL,
    "connectionId" TEXT COLLATE "C" NOT NULL,
    "activeConnectionId" TEXT COLLATE "C",
    "host" TEXT COLLATE "C" NOT NULL,
    "trigger" TEXT COLLATE "C" NOT NULL,
    "status" TEXT COLLATE "C" NOT NULL,
    "progress" TEXT COLLATE "C" NOT NULL,
    "failureCode" TEXT COLLATE "C",
    "failureReason" TEXT COLLATE "C",
    "failureMessage" TEXT COLLATE "C",
    "revision" INTEGER NOT NULL,
    "attempts" INTEGER NOT NULL,
    "cancelRequested" BOOLEAN NOT NULL,
    "leaseOwner" TEXT COLLATE "C",
    "leaseUntilMs" BIGINT,
    "createdAtMs" BIGINT NOT NULL,
    "startedAtMs" BIGINT,
    "finishedAtMs" BIGINT,

    CONSTRAINT "Job_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "OwnerDid_userId_position_idx" ON "OwnerDid"("userId", "position");

-- CreateIndex
CREATE UNIQUE INDEX "SetupClaim_userId_key" ON "SetupClaim"("userId");

-- CreateIndex
CREATE UNIQUE INDEX "Invitation_codeHash_key" ON "Invitation"("codeHash");

-- CreateIndex
CREATE INDEX "Invitation_createdByUserId_createdAtMs_idx" ON "Invitation"("createdByUserId", "createdAtMs");

-- CreateIndex
CREATE INDEX "Connection_userId_createdAtMs_idx" ON "Connection"("userId", "createdAtMs");

-- CreateIndex
CREATE INDEX "Connection_nextSyncAtMs_idx" ON "Connection"("nextSyncAtMs");

-- CreateIndex
CREATE INDEX "Folder_connectionId_parentHash_idx" ON "Folder"("connectionId", "parentHash");

-- CreateIndex
CREATE INDEX "Folder_connectionId_isGone_idx" ON "Folder"("connectionId", "isGone");

-- CreateIndex
CREATE INDEX "Book_connectionId_absentRound_state_id_idx" ON "Book"("connectionId", "absentRound", "state", "id");

-- CreateIndex
CREATE INDEX "Book_connectionId_firstRound_idx" ON "Book"("connectionId", "firstRound");

-- CreateIndex
CREATE INDEX "Book_userId_titleKey_id_idx" ON "Book"("userId", "titleKey", "id");

-- CreateIndex
CREATE INDEX "Book_userId_addedAtMs_id_idx" ON "Book"("userId", "addedAtMs", "id");

-- CreateIndex
CREATE UNIQUE INDEX "Book_connectionId_folderHash_pathHash_key" ON "Book"("connectionId", "folderHash", "pathHash");

-- CreateIndex
CREATE UNIQUE INDEX "Proposal_openConnectionId_key" ON "Proposal"("openConnectionId");

-- CreateIndex
CREATE INDEX "Proposal_userId_createdAtMs_id_idx" ON "Proposal"("userId", "createdAtMs", "id");

-- CreateIndex
CREATE INDEX "Proposal_connectionId_idx" ON "Proposal"("connectionId");

-- CreateIndex
CREATE UNIQUE INDEX "Job_activeConnectionId_key" ON "Job"("activeConnectionId");

-- CreateIndex
CREATE INDEX "Job_userId_createdAtMs_id_idx" ON "Job"("userId", "createdAtMs", "id");

-- CreateIndex
CREATE INDEX "Job_connectionId_idx" ON "Job"("connectionId");

-- CreateIndex
CREATE INDEX "Job_finishedAtMs_idx" ON "Job"("finishedAtMs");

-- AddForeignKey
ALTER TABLE "OwnerDid" ADD CONSTRAINT "OwnerDid_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "SetupClaim" ADD CONSTRAINT "SetupClaim_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Invitation" ADD CONSTRAINT "Invitation_createdByUserId_fkey" FOREIGN KEY ("createdByUserId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Invitation" ADD CONSTRAINT "Invitation_usedByUserId_fkey" FOREIGN KEY ("usedByUserId") REFERENCES "User"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "UserSettings" ADD CONSTRAINT "UserSettings_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Connection" ADD CONSTRAINT "Connection_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Round" ADD CONSTRAINT "Round_connectionId_fkey" FOREIGN KEY ("connectionId") REFERENCES "Connection"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Folder" ADD CONSTRAINT "Folder_connectionId_fkey" FOREIGN KEY ("connectionId") REFERENCES "Connection"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Book" ADD CONSTRAINT "Book_connectionId_fkey" FOREIGN KEY ("connectionId") REFERENCES "Connection"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Proposal" ADD CONSTRAINT "Proposal_connectionId_fkey" FOREIGN KEY ("connectionId") REFERENCES "Connection"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Job" ADD CONSTRAINT "Job_connectionId_fkey" FOREIGN KEY ("connectionId") REFERENCES "Connection"("id") ON DELETE CASCADE ON UPDATE CASCADE;
