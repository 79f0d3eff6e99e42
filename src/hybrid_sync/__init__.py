"""hybrid-sync: keeps a hybrid event, its Webex meeting, its invitations and its attendance in step."""
