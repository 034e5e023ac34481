-- CreateTable
CREATE TABLE "User" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "displayName" TEXT NOT NULL,
    "role" TEXT NOT NULL,
    "createdAtMs" BIGINT NOT NULL
);

-- CreateTable
CREATE TABLE "OwnerDid" (
    "did" TEXT NOT NULL PRIMARY KEY,
    "userId" TEXT NOT NULL,
    "addedAtMs" BIGINT NOT NULL,
    "position" INTEGER NOT NULL,
    CONSTRAINT "OwnerDid_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "SetupClaim" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "userId" TEXT NOT NULL,
    "claimedAtMs" BIGINT NOT NULL,
    CONSTRAINT "SetupClaim_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "Invitation" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "createdByUserId" TEXT NOT NULL,
    "codeHash" TEXT NOT NULL,
    "label" TEXT,
    "createdAtMs" BIGINT NOT NULL,
    "expiresAtMs" BIGINT NOT NULL,
    "revokedAtMs" BIGINT,
    "usedAtMs" BIGINT,
    "usedByUserId" TEXT,
    CONSTRAINT "Invitation_createdByUserId_fkey" FOREIGN KEY ("createdByUserId") REFERENCES "User" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
    CONSTRAINT "Invitation_usedByUserId_fkey" FOREIGN KEY ("usedByUserId") REFERENCES "User" ("id") ON DELETE SET NULL ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "UserSettings" (
    "userId" TEXT NOT NULL PRIMARY KEY,
    "chatBaseUrl" TEXT,
    "chatModel" TEXT,
    "chatKeyId" TEXT,
    "chatKeySealed" BLOB,
    "updatedAtMs" BIGINT NOT NULL,
    CONSTRAINT "UserSettings_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "Connection" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "userId" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "url" TEXT NOT NULL,
    "host" TEXT NOT NULL,
    "authKind" TEXT NOT NULL,
    "username" TEXT,
    "secretKeyId" TEXT,
    "secretBytes" BLOB,
    "status" TEXT NOT NULL,
    "failureCode" TEXT,
    "failureReason" TEXT,
    "failureMessage" TEXT,
    "failureAtMs" BIGINT,
    "failures" INTEGER NOT NULL,
    "lastSyncAtMs" BIGINT,
    "nextSyncAtMs" BIGINT,
    "serverIdentity" TEXT,
    "createdAtMs" BIGINT NOT NULL,
    "updatedAtMs" BIGINT NOT NULL,
    CONSTRAINT "Connection_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "Round" (
    "connectionId" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    "status" TEXT NOT NULL,
    "counts" TEXT NOT NULL,
    "startedAtMs" BIGINT NOT NULL,
    "finishedAtMs" BIGINT,

    PRIMARY KEY ("connectionId", "number"),
    CONSTRAINT "Round_connectionId_fkey" FOREIGN KEY ("connectionId") REFERENCES "Connection" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "Folder" (
    "connectionId" TEXT NOT NULL,
    "pathHash" TEXT NOT NULL,
    "path" TEXT NOT NULL,
    "parentHash" TEXT,
    "etag" TEXT,
    "modifiedAtMs" BIGINT,
    "listedRound" INTEGER NOT NULL,
    "failedRound" INTEGER NOT NULL,
    "isGone" BOOLEAN NOT NULL,

    PRIMARY KEY ("connectionId", "pathHash"),
    CONSTRAINT "Folder_connectionId_fkey" FOREIGN KEY ("connectionId") REFERENCES "Connection" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "Book" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "userId" TEXT NOT NULL,
    "connectionId" TEXT NOT NULL,
    "folderHash" TEXT NOT NULL,
    "pathHash" TEXT NOT NULL,
    "path" TEXT NOT NULL,
    "folder" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "format" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "titleKey" TEXT NOT NULL,
    "author" TEXT,
    "authorKey" TEXT NOT NULL,
    "series" TEXT,
    "searchText" TEXT NOT NULL,
    "sizeBytes" BIGINT,
    "etag" TEXT,
    "modifiedAtMs" BIGINT,
    "metadata" TEXT,
    "cover" TEXT,
    "fingerprint" TEXT,
    "state" TEXT NOT NULL,
    "readState" TEXT NOT NULL,
    "firstRound" INTEGER NOT NULL,
    "absentRound" INTEGER,
    "suspectRound" INTEGER,
    "missingSinceMs" BIGINT,
    "addedAtMs" BIGINT NOT NULL,
    "changedAtMs" BIGINT NOT NULL,
    CONSTRAINT "Book_connectionId_fkey" FOREIGN KEY ("connectionId") REFERENCES "Connection" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "Proposal" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "userId" TEXT NOT NULL,
    "connectionId" TEXT NOT NULL,
    "openConnectionId" TEXT,
    "kind" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "round" INTEGER NOT NULL,
    "vanished" INTEGER NOT NULL,
    "known" INTEGER NOT NULL,
    "sample" TEXT NOT NULL,
    "serverBefore" TEXT,
    "serverNow" TEXT,
    "createdAtMs" BIGINT NOT NULL,
    "decidedAtMs" BIGINT,
    CONSTRAINT "Proposal_connectionId_fkey" FOREIGN KEY ("connectionId") REFERENCES "Connection" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "Job" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "userId" TEXT NOT NULL,
    "connectionId" TEXT NOT NULL,
    "activeConnectionId" TEXT,
    "host" TEXT NOT NULL,
    "trigger" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "progress" TEXT NOT NULL,
    "failureCode" TEXT,
    "failureReason" TEXT,
    "failureMessage" TEXT,
    "revision" INTEGER NOT NULL,
    "attempts" INTEGER NOT NULL,
    "cancelRequested" BOOLEAN NOT NULL,
    "leaseOwner" TEXT,
    "leaseUntilMs" BIGINT,
    "createdAtMs" BIGINT NOT NULL,
    "startedAtMs" BIGINT,
    "finishedAtMs" BIGINT,
    CONSTRAINT "Job_connectionId_fkey" FOREIGN KEY ("connectionId") REFERENCES "Connection" ("id") ON DELETE CASCADE ON UPDATE CASCADE
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
