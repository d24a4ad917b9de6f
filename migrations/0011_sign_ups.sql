-- Sign-ups without a passkey are deleted by this.
CREATE INDEX tenants_by_sign_up ON tenants (signup_until, id) WHERE signup_until IS NOT NULL;
