@rem The scripts of package.json say "exec" so that npm's signals reach the program and not a shell; cmd.exe gets it here.
@%*
