#ifndef CMD_CHECK_CONTRACT_H
#define CMD_CHECK_CONTRACT_H

#include "config/contract.h"

/* Print what a contract was understood to say, a line a clause. */
void check_contract(const struct contract_conf *c);

#endif
