//! What can be granted, and on what: the complete lists of privileges and securables.
//!
//! Source: lakeflow-sql.md, "Grants, tags and comments" and Databricks' list of privileges of Unity Catalog and of the
//! Hive metastore. Which privilege is valid for which securable is not decided here.

/// An enum whose variants are phrases of keywords.
macro_rules! phrases {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $words:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        #[expect(missing_docs, reason = "each variant is named as the words it stands for")]
        pub enum $name {
            $($variant,)*
        }

        impl $name {
            /// All of them, in order.
            pub const ALL: &[$name] = &[$($name::$variant,)*];

            /// The keywords that name it.
            pub fn words(self) -> &'static str {
                match self {
                    $($name::$variant => $words,)*
                }
            }
        }
    };
}

phrases! {
    /// The kinds of securable. A streaming table is one only in `ALTER`; in a grant it is a table.
    SecurableKind {
        Catalog = "CATALOG",
        Schema = "SCHEMA",
        Table = "TABLE",
        StreamingTable = "STREAMING TABLE",
        MaterializedView = "MATERIALIZED VIEW",
        View = "VIEW",
        Function = "FUNCTION",
        Procedure = "PROCEDURE",
        Model = "MODEL",
        Volume = "VOLUME",
        ExternalLocation = "EXTERNAL LOCATION",
        StorageCredential = "STORAGE CREDENTIAL",
        ServiceCredential = "SERVICE CREDENTIAL",
        Connection = "CONNECTION",
        Share = "SHARE",
        Recipient = "RECIPIENT",
        Provider = "PROVIDER",
        CleanRoom = "CLEAN ROOM",
        Metastore = "METASTORE",
        AnyFile = "ANY FILE",
        AnonymousFunction = "ANONYMOUS FUNCTION",
    }
}

phrases! {
    /// The privileges of Unity Catalog and of the Hive metastore, in the words of SQL.
    Privilege {
        AllPrivileges = "ALL PRIVILEGES",
        Access = "ACCESS",
        ApplyTag = "APPLY TAG",
        Assign = "ASSIGN",
        Browse = "BROWSE",
        Create = "CREATE",
        CreateCatalog = "CREATE CATALOG",
        CreateCleanRoom = "CREATE CLEAN ROOM",
        CreateConnection = "CREATE CONNECTION",
        CreateExternalLocation = "CREATE EXTERNAL LOCATION",
        CreateExternalMetadata = "CREATE EXTERNAL METADATA",
        CreateExternalTable = "CREATE EXTERNAL TABLE",
        CreateExternalVolume = "CREATE EXTERNAL VOLUME",
        CreateForeignCatalog = "CREATE FOREIGN CATALOG",
        CreateForeignSecurable = "CREATE FOREIGN SECURABLE",
        CreateFunction = "CREATE FUNCTION",
        CreateManagedStorage = "CREATE MANAGED STORAGE",
        CreateMaterializedView = "CREATE MATERIALIZED VIEW",
        CreateModel = "CREATE MODEL",
        CreateModelVersion = "CREATE MODEL VERSION",
        CreateProcedure = "CREATE PROCEDURE",
        CreateNamedFunction = "CREATE_NAMED_FUNCTION",
        CreateProvider = "CREATE PROVIDER",
        CreateRecipient = "CREATE RECIPIENT",
        CreateSchema = "CREATE SCHEMA",
        CreateServiceCredential = "CREATE SERVICE CREDENTIAL",
        CreateShare = "CREATE SHARE",
        CreateStorageCredential = "CREATE STORAGE CREDENTIAL",
        CreateTable = "CREATE TABLE",
        CreateView = "CREATE VIEW",
        CreateVolume = "CREATE VOLUME",
        Execute = "EXECUTE",
        ExecuteCleanRoomTask = "EXECUTE CLEAN ROOM TASK",
        ExternalUseLocation = "EXTERNAL USE LOCATION",
        ExternalUseSchema = "EXTERNAL USE SCHEMA",
        Manage = "MANAGE",
        ManageAllowlist = "MANAGE ALLOWLIST",
        Modify = "MODIFY",
        ModifyClasspath = "MODIFY_CLASSPATH",
        ModifyCleanRoom = "MODIFY CLEAN ROOM",
        ReadFiles = "READ FILES",
        ReadMetadata = "READ_METADATA",
        ReadVolume = "READ VOLUME",
        Refresh = "REFRESH",
        Select = "SELECT",
        SetSharePermission = "SET SHARE PERMISSION",
        Usage = "USAGE",
        UseCatalog = "USE CATALOG",
        UseConnection = "USE CONNECTION",
        UseMarketplaceAssets = "USE MARKETPLACE ASSETS",
        UseProvider = "USE PROVIDER",
        UseRecipient = "USE RECIPIENT",
        UseSchema = "USE SCHEMA",
        UseShare = "USE SHARE",
        WriteFiles = "WRITE FILES",
        WriteVolume = "WRITE VOLUME",
    }
}

impl SecurableKind {
    /// Whether there is just one, so that it has no name.
    pub fn is_nameless(self) -> bool {
        matches!(self, SecurableKind::Metastore | SecurableKind::AnyFile | SecurableKind::AnonymousFunction)
    }

    /// How many parts its name has at most.
    pub fn most_parts(self) -> usize {
        match self {
            SecurableKind::Schema => 2,
            SecurableKind::Table
            | SecurableKind::StreamingTable
            | SecurableKind::MaterializedView
            | SecurableKind::View
            | SecurableKind::Function
            | SecurableKind::Procedure
            | SecurableKind::Model
            | SecurableKind::Volume => 3,
            _ => 1,
        }
    }
}
